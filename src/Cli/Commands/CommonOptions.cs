using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Options that every command has, and what commands make of them.</summary>
internal static class CommonOptions
{
    private const string UrlVariable = "PRIVACYGRAINS_URL";
    private const string KeyVariable = "PRIVACYGRAINS_KEY";

    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on standard output.", Recursive = true };

    public static Option<Uri?> Url { get; } = new("--url")
    {
        Description = $"The gateway's address. Else {UrlVariable}, the party folder's, or http://127.0.0.1:8080.",
        Recursive = true,
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            result.AddError($"--url is '{result.Tokens[0].Value}': write an address such as https://consortium.example.");
            return null;
        },
    };

    public static Option<string?> Key { get; } = new("--key") { Description = $"The API key (pgk_...). Others on this machine can see it: prefer {KeyVariable}, --key-file or --folder.", Recursive = true };

    public static Option<string?> KeyFile { get; } = new("--key-file") { Description = "A file that holds the API key.", Recursive = true };

    public static Option<string?> Folder { get; } = new("--folder") { Description = "A party's folder: its key, its gateway and what it has pinned.", Recursive = true };

    public static Option<bool> Insecure { get; } = new("--plain-http") { Description = "Let the API key travel over plain HTTP to another machine.", Recursive = true };

    public static IEnumerable<Option> All => [Json, Url, Key, KeyFile, Folder, Insecure];

    /// <summary>The gateway to speak to; without a key.</summary>
    public static GatewayOptions Gateway(this ParseResult parsed) => new()
    {
        BaseAddress = parsed.GetValue(Url) ?? FromVariable() ?? parsed.PartyFolder()?.Pins.Gateway ?? new Uri("http://127.0.0.1:8080"),
        AllowPlainHttp = parsed.GetValue(Insecure),
    };

    /// <summary>The same, where the folder holds no party yet.</summary>
    public static GatewayOptions GatewayForJoining(this ParseResult parsed) => new()
    {
        BaseAddress = parsed.GetValue(Url) ?? FromVariable() ?? new Uri("http://127.0.0.1:8080"),
        AllowPlainHttp = parsed.GetValue(Insecure),
    };

    /// <summary>The name of the party whose folder was named.</summary>
    /// <exception cref="InputException"><c>party.no-folder</c>: none was.</exception>
    public static string OwnParty(this ParseResult parsed) =>
        parsed.PartyFolder()?.Pins.Party ?? throw new InputException("party.no-folder", "Name the party's folder with --folder.");

    /// <summary>The party's folder, where one was named.</summary>
    public static PartyFolder? PartyFolder(this ParseResult parsed) => parsed.GetValue(Folder) is { } path ? Client.Parties.PartyFolder.Open(path) : null;

    /// <summary>A client with the caller's key.</summary>
    /// <exception cref="InputException"><c>key.missing</c>: no key was given.</exception>
    public static GatewayClient Connect(this ParseResult parsed)
    {
        var key = parsed.GetValue(Key)
            ?? (parsed.GetValue(KeyFile) is { } file ? ApiKeyFile.Read(file) : null)
            ?? parsed.PartyFolder()?.ReadApiKey()
            ?? (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } variable ? variable : null)
            ?? throw new InputException("key.missing", $"No API key was given. Use --key-file, --folder or {KeyVariable}.");
        return new GatewayClient(parsed.Gateway() with { ApiKey = key });
    }

    /// <summary>Makes a command's action: output, failures and exit codes are the same for all.</summary>
    public static void Runs(this Command command, Func<ParseResult, CommandOutput, CancellationToken, Task> action) =>
        command.Runs(async (parsed, output, cancel) =>
        {
            await action(parsed, output, cancel);
            return ExitCodes.Success;
        });

    /// <summary>The same for a command that can find that something is not as it should be.</summary>
    public static void Runs(this Command command, Func<ParseResult, CommandOutput, CancellationToken, Task<int>> action) =>
        command.SetAction(async (ParseResult parsed, CancellationToken cancel) =>
        {
            var output = new CommandOutput(parsed.GetValue(Json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                return await action(parsed, output, cancel);
            }
#pragma warning disable CA1031 // the outermost place: every failure becomes one line and an exit code
            catch (Exception e)
            {
                return output.Fail(e);
            }
#pragma warning restore CA1031
        });

    private static Uri? FromVariable() =>
        Environment.GetEnvironmentVariable(UrlVariable) is not { Length: > 0 } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new InputException("url.wrong", $"{UrlVariable} is '{text}': write an address such as https://consortium.example.");
}
