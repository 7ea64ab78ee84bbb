package aurea

import "time"

// A System is the state of a service: what it does, what it keeps and what it
// accepts. It has no secrets.
type System struct {
	Since     time.Time       `json:"since"` // when the service started
	Queue     SystemQueue     `json:"queue"`
	Store     SystemStore     `json:"store"`
	Retention SystemRetention `json:"retention"`
	Limits    SystemLimits    `json:"limits"`
	Memory    SystemMemory    `json:"memory"`
	Machine   Environment     `json:"machine"`
}

// A SystemQueue is how many runs a service executes, and how many wait for it.
type SystemQueue struct {
	Running int `json:"running"`
	Waiting int `json:"waiting"`
	Limit   int `json:"limit"` // most that may wait
}

// A SystemStore is how much is kept of runs.
type SystemStore struct {
	Runs     int64 `json:"runs"`
	Bytes    int64 `json:"bytes"`    // of the runs, as a Retention counts them
	Unstored int   `json:"unstored"` // runs that have ended and wait for the store
}

// A SystemRetention is a Retention in JSON. 0 sets no limit.
type SystemRetention struct {
	Age   float64 `json:"age"` // in seconds
	Runs  int64   `json:"runs"`
	Bytes int64   `json:"bytes"`
}

// SystemLimits are the limits of a request.
type SystemLimits struct {
	Jobs        int64 `json:"jobs"`        // of a run
	Body        int64 `json:"body"`        // of a request, in bytes
	Page        int   `json:"page"`        // runs of a list
	Connections int   `json:"connections"` // at once; more wait
}

// A SystemMemory is the memory that requests and the specs of live runs hold
// together, in bytes.
type SystemMemory struct {
	Held    int64 `json:"held"`
	Limit   int64 `json:"limit"`   // 0 is none
	Refused int64 `json:"refused"` // requests, since the service started
}
