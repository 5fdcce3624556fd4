/** Words that say nothing about what is looked for. They are indexed, so that a column named `order by` is found. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here hers him his how i if in into
  is it its itself just me more most my no nor not of off on once only or other our out over own same she should so some such
  than that the their them then there these they this those through to too under until up us very was we were what when where
  which while who whom why will with would you your`.split(/\s+/),
);

/** Words by which people ask a question rather than name a thing; left out of sentences only, `list` alone is a name. */
export const askingWords: ReadonlySet<string> = new Set(
  `along ascending average both corresponding count descending different display distinct every find get give information list
  listed many maximum minimum name names number one order ordered please return see show sorted tell three total two use used
  uses using`.split(/\s+/),
);
