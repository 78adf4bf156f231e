# Whoever is in the group `ops` may run every tool that the user installed. Rego does not see entities.json: who is in it
# stands in data.json, as `{ "groups": { "ops": ["night-watch"] } }`.
package yoi.policy.a_group_of_agents

permit contains {"id": "ops-run-user-tools", "because": "Operations run the tools that the user installed"} if {
	input.action == "tool.execute"
	input.principal.id in data.groups.ops
	input.context.plugin.source == "user"
}
