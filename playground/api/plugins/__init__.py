"""Plugins over HTTP: what there is and how it is, one call to see what a plugin gives, and how plugins come and go.

Paths, fields and operation ids are those of the platform's OpenAPI document (0.81). A namespace has plugins of its own,
which were uploaded to it, and those of the server, which all namespaces have unless they disable one.
"""

from playground.api.plugins import enabling, extractors, lifecycle, listing, realtime, uploading

ROUTERS = (
    realtime.router,
    listing.router,  # `…/plugins/available` before `…/plugins/{plugin_id}`
    uploading.router,
    lifecycle.router,
    enabling.router,
    extractors.router,
)
