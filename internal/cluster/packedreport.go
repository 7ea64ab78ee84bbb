package cluster

import "github.com/aurea-orchestrator/aurea"

// A packedReport is a report at rest, whose tallies take little memory. Its own
// Judged and Warmup are nil.
type packedReport struct {
	Report
	judged, warmup ledger
}

func newPackedReport() *packedReport {
	return &packedReport{Report: Report{Failures: map[string]int64{}}}
}

// add adds a later report of the same worker, as Report.Merge does.
func (p *packedReport) add(other *Report) {
	p.extend(other)
	p.judged.add(other.Judged)
	p.warmup.add(other.Warmup)
}

// addPacked is add for a packed report, which it does not change.
func (p *packedReport) addPacked(other *packedReport) {
	p.extend(&other.Report)
	p.judged.addLedger(&other.judged)
	p.warmup.addLedger(&other.warmup)
}

// encode returns the binary form of the report.
func (p *packedReport) encode() (encodedReport, error) {
	var warmup aurea.PackedTally
	if len(p.warmup.parts) > 0 {
		warmup = p.warmup.packParts()
	}
	return p.encodeWith(p.judged.packParts(), warmup)
}

// MarshalBinary is Report.MarshalBinary.
func (p *packedReport) MarshalBinary() ([]byte, error) {
	encoded, err := p.encode()
	return encoded.message(p.Epoch), err
}

// split returns the binary forms of the reports to send: see Report.Split.
func (p *packedReport) split() (parts []encodedReport, err error) {
	for _, report := range p.Split() {
		encode := report.encode
		if report == &p.Report {
			encode = p.encode
		}
		part, err := encode()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}
