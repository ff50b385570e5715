using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Cli.Demo;
using PrivacyGrains.Cli.Sweeps;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Cli.Output;

/// <summary>How documents are printed: those of the command, and messages of the gateway that it hands on.</summary>
internal static class PrintedJson
{
    private static readonly JsonSerializerOptions Options = Make();

    /// <summary>A document's lines.</summary>
    /// <exception cref="NotSupportedException">Its type is in no context that <see cref="Make"/> names.</exception>
    public static string Of<T>(T document) => JsonSerializer.Serialize(document, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));

    /// <summary>The same with a member <c>warnings</c> at its end; without one where there are none, or the document is no object.</summary>
    public static string Of<T>(T document, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0 || JsonSerializer.SerializeToNode(document, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T))) is not JsonObject members)
        {
            return Of(document);
        }

        members["warnings"] = new JsonArray([.. warnings.Select(w => JsonValue.Create(w))]);
        return members.ToJsonString(Options);
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for terminals and programs, never for a page
            TypeInfoResolver = JsonTypeInfoResolver.Combine(CliJson.Default, DemoJson.Default, SweepJson.Default, MessagesJson.Resolver), // a command with documents of its own adds its context here
        };
        options.MakeReadOnly();
        return options;
    }
}
