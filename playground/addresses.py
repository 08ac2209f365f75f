"""Which addresses a URL in a request may lead to: public unicast ones, in whatever spelling they come.

The tables are IANA's special-purpose registries, written out because Python's own follow them at different distances
from release to release, and two addresses beside them at which clouds speak to their own machines.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_CLOSED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network; many systems dial this machine
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared (CGNAT); one cloud's metadata at 100.100.100.200
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's wire server
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, with Teredo
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def is_public(text: str) -> bool:
    """Whether an address as a resolver gives it is a public unicast one; False for what is no address.

    Mapped and NAT64 addresses are judged by the IPv4 address inside, because resolvers of IPv6-only networks give
    them for ordinary hosts. All other forms that carry one (compatible, 6to4, Teredo, ISATAP) are refused.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _public_4(address)
    if address.scope_id is not None:
        return False
    if address in _MAPPED or address in _NAT64:
        return _public_4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return _public_6(address)


def _public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _CLOSED_4)


def _public_6(address: IPv6Address) -> bool:
    if address not in _GLOBAL_6 or any(address in network for network in _CLOSED_6):
        return False
    return address.is_global and (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP
