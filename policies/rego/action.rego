# Actions and their groups, as `policies/yoi.cedarschema` has them.
package yoi.action

# METADATA
# title: Whether an action is another one, or in a group
# description: >-
#   FAIL-CLOSED: what is neither an action nor a group is an error, which denies: a forbid that asks about
#   `https.reqest` would hold back nothing.
within(action, group) if {
	_is_asked(action, group)
	_is_in(action, group)
}

within(action, group) := answer if {
	not _is_asked(action, group)
	some answer in [true, false]
}

groups := {
	"tool.register": {"register"},
	"plugin.prepare": {"execute"},
	"tool.execute": {"execute"},
	"https.request": {"https", "host"},
	"network.connect": {"network", "host"},
	"secret.use": {"secrets", "host"},
	"fs.read": {"files", "host"},
	"fs.list": {"files", "host"},
	"fs.stat": {"files", "host"},
	"fs.write": {"files", "host"},
	"fs.append": {"files", "host"},
	"fs.make-directory": {"files", "host"},
	"fs.remove": {"files", "host"},
}

_is_in(action, action)

_is_in(action, group) if group in groups[action]

_is_asked(action, group) if {
	groups[action]
	_is_known(group)
}

_is_known(group) if groups[group]

_is_known(group) if {
	some action
	group in groups[action]
}
