package main

// A step is a change that made a request cheaper. The ratios are requests a
// second of processor time beside wrk, or h2load for HTTP/2, before and after, as
// measured when it was made.
type step struct{ What, Plain, TLS, HTTP2 string }

var steps = []step{
	{
		What: "no probe of a trusted connection; reads and writes without the scheduler; over TLS no read before the " +
			"wait; a deadline only where the earlier one has passed; known heads not parsed; two clock reads fewer",
		Plain: "0.85 → 0.97", TLS: "0.90 → 1.05", HTTP2: "–",
	},
	{
		What:  "no read buffer for a connection that waits: 14.1 KB with its goroutine before, less than 12 KiB now",
		Plain: "0.91 → 0.90", TLS: "0.98 → 0.98", HTTP2: "–",
	},
	{
		What:  "an event loop a core, where many connections wait together, in the closed model",
		Plain: "0.91 → 1.03", TLS: "–", HTTP2: "–",
	},
	{
		What: "connecting on goroutines of its own, and smaller frames: a request in flight of the open model takes " +
			"4.7 KB, 17 KB before",
		Plain: "–", TLS: "–", HTTP2: "–",
	},
	{
		What:  "the event loop opens connections itself: each of 10,000 takes 2.1 KB in the open model, 17.1 KB before",
		Plain: "–", TLS: "–", HTTP2: "–",
	},
	{
		What: "one system call for up to sixteen connections, by io_uring, where four or more are ready: to the service " +
			"that only answers",
		Plain: "1.07 → 1.73", TLS: "–", HTTP2: "–",
	},
	{
		What:  "connections over TLS in the event loop, with its batches",
		Plain: "–", TLS: "0.98 → 1.21", HTTP2: "–",
	},
	{
		What: "a loop of a closed load polls for up to 20 µs before it blocks; requests a second over TLS: " +
			"0.93 → 1.06",
		Plain: "–", TLS: "1.01 → 1.05", HTTP2: "–",
	},
}
