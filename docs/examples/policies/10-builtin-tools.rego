# The tools that ship with Yoi may be run by every agent, as long as they only read and their input is small.
package yoi.policy.builtin_tools

permit contains {"id": "builtin-tools-that-read", "because": "Every agent runs the built-in tools that only read"} if {
	input.principal.type == "Agent"
	input.action == "tool.execute"
	input.context.plugin.source == "builtin"
	every effect in input.resource.effects {
		effect == "read"
	}
	input.context.inputBytes <= 4096
}
