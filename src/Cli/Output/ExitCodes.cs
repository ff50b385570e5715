using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Output;

/// <summary>What the command exits with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It could not be done, though what was asked makes sense: refused by the state, not verified, no gateway, a failure.</summary>
    public const int Failure = 1;

    /// <summary>What was asked has to be changed: one line says how.</summary>
    public const int BadInput = 2;

    /// <summary>A refusal's side: the caller's (2) or the state's (1).</summary>
    public static int Of(GatewayException refusal) => refusal switch
    {
        { Code: GatewayException.Insecure } => BadInput,
        { Status: 400 or 401 or 403 or 404 or 413 or 415 or 422 } => BadInput,
        _ => Failure,
    };
}
