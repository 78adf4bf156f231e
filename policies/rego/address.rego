# Addresses and ranges of them.
package yoi.address

# METADATA
# title: Whether an address lies in a range
# description: >-
#   An IPv4 address lies in no range of IPv6 addresses, nor the other way round: the input document has no IPv4 inside of
#   IPv6. FAIL-CLOSED: an address that is none, and a range that is not written as `is_range` says, is an error, which
#   denies.
within(address, range) if {
	_is_asked(address, range)
	[first, prefix] := split(range, "/")
	own := _numbers(address)
	others := _numbers(first)
	count(own) == count(others)
	width := {4: 8, 8: 16}[count(own)]
	every index, number in others {
		kept := min([width, max([0, _number(prefix, 10) - (index * width)])])
		bits.rsh(own[index], width - kept) == bits.rsh(number, width - kept)
	}
}

within(address, range) := answer if {
	not _is_asked(address, range)
	some answer in [true, false]
}

_is_asked(address, range) if {
	is_address(address)
	is_range(range)
}

# METADATA
# title: Whether text is an address
# description: IPv4 as four decimal numbers, or IPv6 without brackets, zone or IPv4 inside.
is_address(text) if is_ipv4(text)

is_address(text) if {
	is_ipv6(text)

	# Of what leads to an IPv4 address, the input document has the one that it leads to.
	not array.slice(_numbers(text), 0, 6) == [100, 65435, 0, 0, 0, 0]
}

# METADATA
# title: Whether text is a range of addresses
# description: An address, a slash, and how many of its bits count, such as `203.0.113.0/24`.
is_range(text) if {
	[first, bits] := split(text, "/")
	is_address(first)
	_is_decimal(bits, _most_bits(first))
}

_most_bits(address) := "32" if contains(address, ".")

_most_bits(address) := "128" if contains(address, ":")

is_ipv4(text) if {
	octets := split(text, ".")
	count(octets) == 4
	every octet in octets {
		_is_decimal(octet, "255")
	}
}

is_ipv6(text) if {
	trim(text, "0123456789abcdef:") == ""
	contains(text, ":")
	_is_group_list(text)

	# An IPv4 address in disguise.
	not array.slice(_numbers(text), 0, 6) == [0, 0, 0, 0, 0, 65535]
}

_is_group_list(text) if {
	not contains(text, "::")
	groups := split(text, ":")
	count(groups) == 8
	_are_groups(groups)
}

_is_group_list(text) if {
	[head, tail] := [_groups(half) | some half in split(text, "::")]
	count(head) + count(tail) <= 7
	_are_groups(head)
	_are_groups(tail)
}

_are_groups(groups) if {
	every group in groups {
		group != ""
		count(group) <= 4
	}
}

_groups("") := []

_groups(text) := split(text, ":") if text != ""

# The numbers that an address is made of, four or eight.
_numbers(text) := [_number(octet, 10) | some octet in split(text, ".")] if contains(text, ".")

_numbers(text) := [_number(group, 16) | some group in split(text, ":")] if {
	contains(text, ":")
	not contains(text, "::")
}

_numbers(text) := array.concat(array.concat(before, zeros), after) if {
	[head, tail] := split(text, "::")
	before := [_number(group, 16) | some group in _groups(head)]
	after := [_number(group, 16) | some group in _groups(tail)]
	zeros := [0 | some _ in numbers.range(1, 8 - (count(before) + count(after)))]
}

# Digits of at most four places. OPA's own `to_number` would be asked of the host.
_number(text, base) := (((((_place(text, 3) * base) + _place(text, 2)) * base) + _place(text, 1)) * base) + _place(text, 0)

_place(text, place) := _digits[substring(text, count(text) - (1 + place), 1)] if place < count(text)

_place(text, place) := 0 if place >= count(text)

_digits := {
	"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7,
	"8": 8, "9": 9, "a": 10, "b": 11, "c": 12, "d": 13, "e": 14, "f": 15,
}

# Without zeros in front, and no more than a number of at most as many digits.
_is_decimal("0", _)

_is_decimal(text, most) if {
	text != ""
	trim(text, "0123456789") == ""
	not startswith(text, "0")
	_is_at_most(text, most)
}

_is_at_most(text, most) if count(text) < count(most)

_is_at_most(text, most) if {
	count(text) == count(most)
	text <= most
}
