package aurea

// Samples are what a result summarizes: the histograms of its judged part and
// the records of its jobs. They are live values, too large for a document, and
// travel beside the result. The owner of the run owns them; they do not change
// once the run has ended.
type Samples struct {
	Tally     *Tally
	Breakdown *Breakdown // nil if jobs report nothing
	Jobs      *JobLog    // nil if no records are kept
	// Workers are the tallies of the workers that the result lists, in its order;
	// nil if it lists none.
	Workers []PackedTally
}

// judged is a result with its samples, which thresholds read.
type judged struct {
	*Result
	Samples
}
