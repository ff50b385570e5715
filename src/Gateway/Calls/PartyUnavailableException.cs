namespace PrivacyGrains.Gateway.Calls;

/// <summary>No silo runs this party's grains just now, or the one that should has no key for it.</summary>
internal sealed class PartyUnavailableException(string party, string why, Exception inner) : Exception(why, inner)
{
    /// <summary>Whose silo is missing.</summary>
    public string Party { get; } = party;
}
