namespace PrivacyGrains.Grains;

/// <summary>Who asked: travels beside each call, for journals and the audit log. A name, not an authority: whoever decides has authenticated before.</summary>
public static class Caller
{
    private const string Key = "pg.caller";

    /// <summary>The credential's id, or <c>silo</c> where a grain asks of its own accord.</summary>
    public static string Name => RequestContext.Get(Key) as string ?? "silo";

    /// <summary>Names the caller for the calls that follow in this flow: what the gateway does once a request is authenticated.</summary>
    /// <param name="credentialId">The public name of the credential.</param>
    public static void Set(string credentialId)
    {
        ArgumentException.ThrowIfNullOrEmpty(credentialId);
        RequestContext.Set(Key, credentialId);
    }
}
