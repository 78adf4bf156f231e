# A plugin asks one server, by GET, for what lies in /v1. `url.within` follows whole segments: /v1evil does not lie in
# /v1. The address that the name leads to is decided by itself, and needs no permit of yours.
package yoi.policy.only_get_under_v1

import data.yoi.url

permit contains {
	"id": "weather-gets-forecasts",
	"because": "The weather plugin reads version 1 of the forecast service",
} if {
	weather_gets_forecasts
}

oblige contains {"id": "forecasts-are-small", "max_response_bytes": 65536, "redact": "set-cookie, etag"} if {
	weather_gets_forecasts
}

weather_gets_forecasts if {
	input.principal.id == "project:example.weather"
	input.action == "https.request"
	url.within(input.resource.id, "https://api.example.com/v1")
	input.context.method == "GET"
}
