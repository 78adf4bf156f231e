# This domain and its subdomains, never on Sundays. `domain.within` follows the names: evil-example.com does not lie in
# example.com. The permit names one plugin, the forbid none: it holds back whatever else is permitted.
package yoi.policy.a_domain_but_not_on_sundays

import data.yoi.domain

permit contains {
	"id": "sync-asks-example-com",
	"because": "The sync plugin asks example.com and everything below it",
} if {
	input.principal.id == "project:example.sync"
	asks_example_com
}

forbid contains {"id": "never-on-sundays", "because": "Nothing is asked of example.com on Sundays"} if {
	asks_example_com
	input.context.now.weekday == 7
}

asks_example_com if {
	input.action == "https.request"
	domain.within(input.resource.host, "example.com")
}
