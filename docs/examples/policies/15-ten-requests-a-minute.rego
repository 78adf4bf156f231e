# Ten requests a minute, none longer than five seconds. Every hop counts, so a redirect takes one of the ten.
package yoi.policy.ten_requests_a_minute

import data.yoi.url

permit contains {"id": "weather-asks", "because": "The weather plugin asks ten times a minute"} if weather_asks

oblige contains {"id": "weather-asks-slowly", "rate": "10/1m", "timeout": "5s"} if weather_asks

weather_asks if {
	input.principal.id == "project:example.weather"
	input.action == "https.request"
	url.within(input.resource.id, "https://api.example.com")
}
