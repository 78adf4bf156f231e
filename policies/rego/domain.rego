# Names on the network, compared label by label: `evil-example.com` does not lie in `example.com`.
package yoi.domain

import data.yoi.address

# METADATA
# title: Whether a name is a zone, or lies in it
# description: >-
#   An address, and the empty name of a URL that cannot be read, lie in no zone.
#   FAIL-CLOSED: a name or zone that is not written as `is_name` says is an error, which denies: a forbid that asks
#   about `*.example.com` would hold back nothing, and one that is asked about `EXAMPLE.com` neither.
within(name, zone) if {
	_is_asked(name, zone)
	labels := split(name, ".")
	above := split(zone, ".")
	count(above) <= count(labels)
	array.slice(labels, count(labels) - count(above), count(labels)) == above
}

within(name, zone) := answer if {
	not _is_asked(name, zone)
	some answer in [true, false]
}

# METADATA
# title: Whether text is a name as the input document has it
# description: Lower-case ASCII, labels of 1 to 63 with dots between, 253 in all, no dot at the end, and no address.
is_name(text) if {
	text != ""
	count(text) <= 253
	trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
	labels := split(text, ".")
	every label in labels {
		label != ""
		count(label) <= 63
	}
	not _is_number(labels[count(labels) - 1])
}

# What a name would be read as an address for, whatever stands before it.
_is_number(label) if trim(label, "0123456789") == ""

_is_number(label) if {
	startswith(label, "0x")
	trim(substring(label, 2, -1), "0123456789abcdef") == ""
}

_is_asked(name, zone) if {
	is_name(zone)
	_is_host(name)
}

_is_host("")

_is_host(name) if is_name(name)

_is_host(name) if address.is_address(name)
