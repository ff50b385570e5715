using System.CommandLine;
using System.Security.Cryptography;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Models;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>model</c>: what models there are, and their weights.</summary>
internal static class ModelCommands
{
    public static Command Build() => new("model", "Models and their versions.") { List(), Show(), Get() };

    private static Command List()
    {
        var command = new Command("list", "All models.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var models = await gateway.Models.ListAsync(cancel);
            output.Result(new Listing<ModelSummary>(models), console =>
                console.Write(["model", "title", "since"], models.Select(m => (IReadOnlyList<string>)[m.Model, m.Title, Tables.Time(m.CreatedAt)]), "No model is registered yet."));
        });
        return command;
    }

    private static Command Show()
    {
        var model = new Argument<string>("model") { Description = "Which." };
        var command = new Command("show", "A model and its versions.") { model };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var body = await gateway.Models.GetAsync(parsed.GetRequiredValue(model), cancel);
            output.Result(body, console => console.Write(
                ["version", "kind", "lineage", "privacy", "status", "entered", "digest"],
                body.Versions.Select(v => (IReadOnlyList<string>)[$"{v.Version}", v.Kind, v.Lineage, v.PrivacyNote, v.Status, Tables.Time(v.At), v.Digest[..16]]),
                "It has no version."));
        });
        return command;
    }

    private static Command Get()
    {
        var model = new Argument<string>("model") { Description = "Which." };
        var version = new Option<int>("--version-number") { Description = "Which version (default: the newest)." };
        var file = new Option<string?>("--out") { Description = "The file to write (default: MODEL.safetensors)." };
        var command = new Command("get", "Fetches a version's weights, checked against its digest.") { model, version, file };
        command.Runs(async (parsed, output, cancel) =>
        {
            var name = parsed.GetRequiredValue(model);
            using var gateway = parsed.Connect();
            var (entry, weights) = await output.WithBarAsync($"Fetching {name}", _ => gateway.Models.WeightsAsync(name, parsed.GetValue(version), cancel));
            var path = Path.GetFullPath(parsed.GetValue(file) ?? $"{name}.safetensors");
            await File.WriteAllBytesAsync(path, weights, cancel);
            output.Result(
                new WrittenDocument(path, weights.Length, Convert.ToHexStringLower(SHA256.HashData(weights))),
                console => console.Line($"{name} version {entry.Version} is in {path}"));
        });
        return command;
    }
}
