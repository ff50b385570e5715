using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>A mechanism on two neighbouring inputs, with what it claims.</summary>
/// <param name="Name">As <c>geometric</c>; what is run after a stroke, as <c>sparse-vector/cut-off-2</c>.</param>
/// <param name="ClaimedEpsilon">Zero or more.</param>
/// <param name="Delta">At which; zero for a pure claim.</param>
/// <param name="Left">One release on one input, as an integer that stands for the outcome.</param>
/// <param name="Right">One release on its neighbour.</param>
/// <param name="Share">How many of the draws that were asked for are made: slow mechanisms take fewer.</param>
public sealed record EpsilonTrial(string Name, double ClaimedEpsilon, double Delta, Func<IRandomSource, long> Left, Func<IRandomSource, long> Right, double Share = 1);

/// <summary>What was measured of a mechanism.</summary>
/// <param name="Name">The trial's.</param>
/// <param name="ClaimedEpsilon">What it may lose.</param>
/// <param name="Delta">At which.</param>
/// <param name="MeasuredEpsilon">What it loses at least, with the stated confidence; zero where nothing was seen.</param>
/// <param name="Event">The outcome that shows it.</param>
/// <param name="Draws">On each input, for choosing the event and for testing it together.</param>
/// <param name="Holds">Whether the measured figure does not exceed the claim.</param>
public sealed record EpsilonFinding(string Name, double ClaimedEpsilon, double Delta, double MeasuredEpsilon, string Event, int Draws, bool Holds);
