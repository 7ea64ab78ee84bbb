package engine

// idleLanes are the lanes of a loop without a job. It takes the one that had a job
// last, so that no more are used than needed.
type idleLanes struct {
	live  gauge      // how many there are; others read it
	lanes []*jobLane // one without a Lane was dropped
}

// push adds a lane.
func (s *idleLanes) push(lane *jobLane) {
	s.lanes = append(s.lanes, lane)
	s.live.Store(s.live.Load() + 1)
}

// pop removes the latest lane. It returns nil if there is none.
func (s *idleLanes) pop() *jobLane {
	for last := len(s.lanes) - 1; last >= 0; last-- {
		lane := s.lanes[last]
		s.lanes[last], s.lanes = nil, s.lanes[:last]
		if lane.Lane != nil {
			s.live.Store(s.live.Load() - 1)
			return lane
		}
	}
	return nil
}

// drop detaches an idle lane.
func (s *idleLanes) drop(lane *jobLane) {
	lane.Detach()
	lane.Lane = nil
	s.live.Store(s.live.Load() - 1)
}
