package main

type series struct {
	name string
	took latencies
}

func (l *lab) draw(string, string, ...series) error { return nil }
