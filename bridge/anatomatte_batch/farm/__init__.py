"""Jobs for queues that exist, written from one description of a shot."""
