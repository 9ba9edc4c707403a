package main

import "context"

type loopCommand struct{}

func (loopCommand) Run(p process) error { return nil }

func (l *lab) mail(ctx context.Context) ([]row, error) { return nil, nil }
