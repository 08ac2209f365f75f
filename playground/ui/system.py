"""The system prompt: what the model is told before the conversation."""

import streamlit as st

from playground.call import Model


def system_prompt(key: str, model: Model | None) -> str | None:
    """Draw the popover; returns the prompt, None when there is none. `key` is the page's name."""
    text: str = st.session_state.get(f"{key}_system") or ""
    refusal = model.refuses.get("system") if model else None
    with st.popover("System · set" if text.strip() else "System", icon=":material/psychology:"):
        st.text_area(
            "System prompt",
            key=f"{key}_system",
            placeholder="You are a careful editor. Answer in one paragraph.",
            help="Goes with every question of this conversation. Sent as `inputs.system`.",
            persist_state="session",
            height=180,
            disabled=refusal is not None,
        )
        if refusal is not None:
            st.caption(f":material/block: Not sent: {refusal}")
    return text if text.strip() and refusal is None else None
