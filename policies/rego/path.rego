# Files and folders by the workspace's name of their mount, compared segment by segment: `notes-old` does not lie in
# `notes`.
package yoi.path

# METADATA
# title: Whether a path is a folder, or lies in it
# description: >-
#   FAIL-CLOSED: a path or folder that is not written as `is_path` says is an error, which denies: a forbid that asks
#   about `notes/` or `notes/*` would hold back nothing.
within(path, folder) if {
	_is_asked(path, folder)
	segments := split(folder, "/")
	array.slice(split(path, "/"), 0, count(segments)) == segments
}

within(path, folder) := answer if {
	not _is_asked(path, folder)
	some answer in [true, false]
}

# METADATA
# title: Whether text is a path as the input document has it
# description: A mount's name and segments, none empty, `.` or `..`, without backslash or control character.
is_path(text) if {
	segments := split(text, "/")
	_is_mount(segments[0])
	every segment in segments {
		not segment in {"", ".", ".."}
	}
	every character in _never {
		not contains(text, character)
	}
}

_is_mount(name) if {
	count(name) <= 64
	trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	trim_left(name, "0123456789-") == name
}

_never := ["\u0000", "\u0001", "\u0002", "\u0003", "\u0004", "\u0005", "\u0006", "\u0007", "\u0008", "\u0009", "\u000a", "\u000b", "\u000c", "\u000d", "\u000e", "\u000f", "\u0010", "\u0011", "\u0012", "\u0013", "\u0014", "\u0015", "\u0016", "\u0017", "\u0018", "\u0019", "\u001a", "\u001b", "\u001c", "\u001d", "\u001e", "\u001f", "\u007f", "\\"]

_is_asked(path, folder) if {
	_is_named(path)
	is_path(folder)
	not _is_pattern(folder)
}

_is_pattern(text) if endswith(text, "/*")

_is_pattern(text) if endswith(text, "/**")

# What the host named needs no second look. Where it is malformed, the call is denied for that.
_is_named(path) if path == input.resource.id

_is_named(path) if is_path(path)
