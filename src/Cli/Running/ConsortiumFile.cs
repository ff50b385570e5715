using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Silo;

namespace PrivacyGrains.Cli.Running;

/// <summary>A JSON file that may set a silo, a gateway or both: section <c>PrivacyGrains</c>, with <c>Gateway</c> and <c>Cluster</c> within it. Environment variables win over it.</summary>
internal static partial class ConsortiumFile
{
    /// <summary>Reads one; without a path, nothing is set.</summary>
    /// <exception cref="InputException"><c>up.missing-config</c>, <c>up.bad-config</c>.</exception>
    public static (SiloSettings? Silo, GatewaySettings? Gateway, EngineClientOptions? Cluster) Read(string? path)
    {
        if (path is null)
        {
            return (null, null, null);
        }

        if (!File.Exists(path))
        {
            throw new InputException("up.missing-config", $"{path} is not there. Give the path of a JSON file, or leave --config out.");
        }

        try
        {
            var section = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(path)).AddEnvironmentVariables().Build().GetSection(SiloSettings.Section);
            var own = section.AsEnumerable(makePathsRelative: true).Where(p => p.Value is not null && p.Key.Split(':')[0] is not ("Gateway" or "Cluster")).ToArray();
            var silo = own.Length == 0 ? null : SiloSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(own).Build());
            var (gateway, cluster) = (
                section.GetSection("Gateway") is { } found && found.Exists() ? GatewaySettings.Read(found) : null, Strict<EngineClientOptions>(section, "Cluster"));
            return silo is null && gateway is null
                ? throw new InputException("up.bad-config", $"{path} sets neither a silo nor a gateway. Write them into its section {SiloSettings.Section}.")
                : (silo, gateway, cluster);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FormatException or SiloSettingsException)
        {
            throw new InputException("up.bad-config", $"{path}: {Sentence((e.InnerException ?? e).Message)}", e);
        }
    }

    private static T? Strict<T>(IConfiguration section, string name) =>
        section.GetSection(name) is { } found && found.Exists() ? found.Get<T>(o => o.ErrorOnUnknownConfiguration = true) : default;

    // The binder's sentence names its own switch and our type; what people need of it is the keys.
    private static string Sentence(string message) =>
        Unknown().Match(message) is { Success: true } unknown ? $"no setting is named {unknown.Groups["keys"].Value}. Correct it, or take it out." : message;

    [GeneratedRegex(@"properties were not found on the instance of \S+: (?<keys>.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unknown();
}
