using System.CommandLine;
using System.Security.Cryptography;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Models;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>model</c>: what models there are, and their weights.</summary>
internal static class ModelCommands
{
    public static Command Build() => new("model", "Models and their versions.") { List(), Show(), Get(), Register(), Retire() };

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
            if (parsed.GetValue(version) < 0)
            {
                throw new InputException("model.bad-version", "Versions count from 1; see 'model show'.");
            }

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

    private static Command Register()
    {
        var model = new Argument<string>("model") { Description = "Its name: a-z, 0-9 and hyphen." };
        var file = new Argument<string>("file") { Description = "Its weights: a safetensors file of F64 tensors, at most 16 MiB." };
        var kind = new Option<string>("--kind") { Description = "As logistic.", Required = true };
        var lineage = new Option<string>("--lineage") { Description = "Where it comes from, as training/detector.", Required = true };
        var privacy = new Option<string>("--privacy") { Description = "The privacy claim that goes with it (default: none).", DefaultValueFactory = static _ => "none" };
        var command = new Command("register", "Adds a version. The same weights again are the version that they have.") { model, file, kind, lineage, privacy };
        command.Runs(async (parsed, output, cancel) =>
        {
            var weights = await ReadAsync(parsed.GetRequiredValue(file), cancel);
            using var gateway = parsed.Connect();
            var version = await gateway.Models.RegisterAsync(
                parsed.GetRequiredValue(model), parsed.GetRequiredValue(kind), parsed.GetRequiredValue(lineage), parsed.GetRequiredValue(privacy), weights, cancel);
            output.Result(version, console => console.Line($"{version.Model} version {version.Version}: {version.Digest}"));
        });
        return command;
    }

    private static Command Retire()
    {
        var model = new Argument<string>("model") { Description = "Which." };
        var version = new Argument<int>("version") { Description = "Which version." };
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command("retire", "Ends a version's use.") { model, version, reason };
        command.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(version) < 1)
            {
                throw new InputException("model.bad-version", "Versions count from 1; see 'model show'.");
            }

            using var gateway = parsed.Connect();
            var body = await gateway.Models.RetireAsync(parsed.GetRequiredValue(model), parsed.GetValue(version), parsed.GetRequiredValue(reason), cancel);
            output.Result(body, console => console.Line($"{body.Model} version {body.Version} is {body.Status}."));
        });
        return command;
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw new InputException("model.missing-file", $"{path} is not there. Give the path of a safetensors file.");
        }

        var weights = await File.ReadAllBytesAsync(path, cancel);
        return Safetensors.TryRead(weights, out _, out var fault) ? weights : throw new InputException("model.bad-file", $"{path} is no safetensors file of F64 tensors: {fault}.");
    }
}
