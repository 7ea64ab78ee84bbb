package main

const slowAddress = "127.0.0.1:18769"

// fastAddress is that of the service that only answers.
const fastAddress = "127.0.0.1:18770"

// crowd calls the slow service at a rate for ten seconds, over as many connections
// as that needs. They open in the warm-up.
func crowd(name, rate string) contender {
	return pinToClientCore(aurea(name, "--max-connections 12000 --concurrency 12000 --warmup 8s --duration 18s "+
		"--rate "+rate+" http://"+slowAddress+"/"))
}
