"""The HTTP door to namespaces, documents, retrievers and collections, in the shapes of the published client.

Answers are exactly 200, keys that a body does not declare are ignored, and lists take a POST without a body.
"""

from playground.api.vectors import collections, documents, executions, members, namespaces, promotion, retrievers

ROUTERS = (
    namespaces.router,
    promotion.router,
    documents.router,
    retrievers.router,
    executions.router,
    collections.router,
    members.router,
)
