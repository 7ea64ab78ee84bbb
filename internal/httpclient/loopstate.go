package httpclient

// A LoopState is how far an exchange on a LoopConn is.
type LoopState int

// The states of an exchange.
const (
	LoopWaiting LoopState = iota // for more of the response
	LoopDone                     // the response is there
	LoopStuck                    // Detach and Resume must finish it: it failed, or it takes long
)
