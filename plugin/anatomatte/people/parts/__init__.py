"""Parts that are decided: what the network says, put together over regions of this plate.

The network parses alike pixel by pixel, and is unsure alike: a jumper is a third top, a third coat, a
third dress, all over. Here the evidence is gathered for regions that follow the plate's own edges
(`regions`), with where a body has such parts (`body`, `prior`), the colours of this person's own skin and
hair (`tones`), one outfit a person (`outfit`) and regions that are alike (`graph`); `person` puts it
together for one person, `everyone` for a picture. Alpha and people stay as they are: only how a person's
matte is divided among parts changes.
"""
