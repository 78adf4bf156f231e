# No redirects: each hop is a request of its own, and the first has the number 0.
package yoi.policy.no_redirects

import data.yoi.domain

permit contains {"id": "weather-asks-one-server", "because": "The weather plugin asks the forecast service"} if {
	input.principal.id == "project:example.weather"
	input.action == "https.request"
	domain.within(input.resource.host, "example.com")
}

forbid contains {"id": "no-redirects", "because": "A server that sends plugins elsewhere is not followed"} if {
	input.action == "https.request"
	input.context.hop > 0
}
