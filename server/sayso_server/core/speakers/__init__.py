"""From source mentions to speakers: names collected first, then every mention linked by the first rule that fits."""
