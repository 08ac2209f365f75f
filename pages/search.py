"""Search: namespaces of documents and their vectors; what lies nearest to a question, and why."""

from playground.ui.fault import fault
from playground.ui.search.asking import ask
from playground.ui.search.creation import creation
from playground.ui.search.demo import cards, welcome
from playground.ui.search.heading import heading, lost
from playground.ui.search.intake import add_documents
from playground.ui.search.progress import draw_filling
from playground.ui.search.results import draw_documents, draw_results
from playground.ui.search.spaces import counted, spaces

there = spaces()
problem = lost([each.id for each in there])
if not there:
    welcome()
shown = heading(there)
if problem is not None:
    fault(problem, key="search_lost")
if shown is None:
    creation(first=not there)
    if there:
        cards()
else:
    add_documents(shown)
    draw_filling(shown)
    if shown.count:
        question, using, beside = ask(shown, counted(there))
        if question is None:
            draw_documents(shown)
        else:
            draw_results(shown, question, using, beside)
