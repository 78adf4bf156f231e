# URLs as policy names them, compared segment by segment: `https://api.example.com/v1evil` does not lie in
# `https://api.example.com/v1`.
package yoi.url

import data.yoi.address
import data.yoi.domain

# METADATA
# title: Whether a URL is another one, or lies in it
# description: >-
#   Scheme, host and port are the same, and the path begins with all segments of the other.
#   FAIL-CLOSED: a URL that is not written as `is_id` says is an error, which denies: a forbid that asks about
#   `https://api.example.com/` would hold back nothing.
within(url, above) if {
	_is_asked(url, above)
	segments := split(above, "/")
	array.slice(split(url, "/"), 0, count(segments)) == segments
}

within(url, above) := answer if {
	not _is_asked(url, above)
	some answer in [true, false]
}

# METADATA
# title: Whether text is a URL as the input document names it
# description: >-
#   Scheme, host, a port that is not the scheme's own, and a path in its one encoding: no query, no slash at the end.
is_id(text) if {
	parts := split(text, "/")
	parts[1] == ""
	_is_authority(parts[0], parts[2])
	every segment in array.slice(parts, 3, count(parts)) {
		not segment in {"", ".", ".."}
		trim(segment, _characters) == ""
		every encoded in array.slice(split(segment, "%"), 1, count(segment)) {
			_is_encoded(encoded)
		}
	}
}

# Those that stand for themselves in a segment, and the sign of those that do not.
_characters := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@%"

_is_encoded(text) if substring(text, 0, 2) in {"20", "22", "23", "25", "3C", "3E", "3F", "5B", "5D", "5E", "60", "7B", "7C", "7D"}

# Bytes of characters beyond ASCII.
_is_encoded(text) if {
	count(text) >= 2
	contains("89ABCDEF", substring(text, 0, 1))
	contains("0123456789ABCDEF", substring(text, 1, 1))
}

_is_authority(scheme, authority) if {
	not contains(authority, ":")
	_is_host(authority)
	_is_port(scheme, "")
}

_is_authority(scheme, authority) if {
	[host, port] := split(authority, ":")
	_is_host(host)
	port != ""
	_is_port(scheme, port)
}

_is_authority(scheme, authority) if {
	[opened, port] := split(authority, "]")
	startswith(opened, "[")
	inside := substring(opened, 1, -1)
	address.is_ipv6(inside)
	_is_short(split(inside, ":"))
	_is_port_after(scheme, port)
}

_is_port_after(scheme, "") if _is_port(scheme, "")

_is_port_after(scheme, text) if {
	[before, port] := split(text, ":")
	before == ""
	port != ""
	_is_port(scheme, port)
}

_is_host(text) if domain.is_name(text)

_is_host(text) if address.is_ipv4(text)

# None, or one that is not the scheme's own.
_is_port(scheme, "") if scheme in {"https:", "http:"}

_is_port(scheme, port) if {
	port != {"https:": "443", "http:": "80"}[scheme]
	trim(port, "0123456789") == ""
	not startswith(port, "0")
	_is_low(port)
}

_is_low(port) if count(port) < 5

_is_low(port) if {
	count(port) == 5
	port <= "65535"
}

# As URLs write addresses: no zeros that could be left out, but for a few that nobody has asked for.
_is_short(groups) if {
	every index, group in groups {
		_is_group(group)
		not _is_left_out(groups, index, group)
	}
	not _compresses_one(groups)
}

_is_group("0")

_is_group(text) if not startswith(text, "0")

# A zero beside another, or beside those that are left out.
_is_left_out(groups, index, "0") if groups[index + 1] in {"0", ""}

_is_left_out(groups, index, "0") if groups[index - 1] == ""

_compresses_one(groups) if {
	"" in groups
	count([group | some group in groups; group != ""]) > 6
}

_is_asked(url, above) if {
	_is_named(url)
	is_id(above)
	not _is_pattern(above)
}

_is_pattern(text) if endswith(text, "/*")

_is_pattern(text) if endswith(text, "/**")

# What the host named needs no second look. Where it is malformed, the call is denied for that.
_is_named(url) if url == input.resource.id

_is_named(url) if url == input.context.url

_is_named(url) if is_id(url)
