# A secret's own definition says to which origins it may go. Here it may go to one of them only, and from a header.
# A forbid holds against every permit, also against an entry with `secrets = ["weather-key"]`.
package yoi.policy.a_secret_to_one_origin

import data.yoi.url

permit contains {
	"id": "weather-uses-its-key",
	"because": "The weather plugin asks the forecast service with its key",
} if {
	input.principal.id == "project:example.weather"
	uses_the_key
}

forbid contains {
	"id": "weather-key-to-the-forecast-service",
	"because": "The key goes to the forecast service, in a header, and nowhere else",
} if {
	uses_the_key
	not goes_to_the_forecast_service
}

uses_the_key if {
	input.action == "secret.use"
	input.resource.id == "weather-key"
}

goes_to_the_forecast_service if {
	url.within(input.context.url, "https://api.example.com")
	input.context.place == "header"
}
