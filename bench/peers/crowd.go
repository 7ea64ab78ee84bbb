package main

const slowAddress = "127.0.0.1:18769"

// crowd calls the slow service at a rate, over as many connections as that
// needs.
func crowd(name, rate string) contender {
	return aurea(name, "--max-connections 12000 --concurrency 12000 --duration 10s --rate "+rate+
		" http://"+slowAddress+"/")
}
