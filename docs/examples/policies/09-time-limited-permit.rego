# Access that ends by itself. `now.at` is the moment of the decision, put in once by the host, always in this form: so it
# can be compared as text.
package yoi.policy.time_limited_permit

permit contains {
	"id": "contractor-until-december",
	"because": "The contractor's agent runs the search tool until the end of November 2026",
} if {
	input.principal.id == "contractor"
	input.action == "tool.execute"
	input.resource.id == "project:example.notes/search"
	input.context.now.at < "2026-12-01T00:00:00.000Z"
}
