namespace PrivacyGrains.Architecture.Tests;

/// <summary>What may reference what (docs/architecture.md). A project that is not in the table has to be put there first.</summary>
public class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Arithmetic"] = [],
        ["Messages"] = [],
        ["Storage"] = [],
        ["Engine.Embedded"] = [],
        ["Engine.Orleans"] = [],
        ["Protocols"] = ["Arithmetic"],
        ["Ckks"] = ["Arithmetic"],
        ["Ckks.Seal"] = ["Ckks"],
        ["Privacy"] = ["Arithmetic"],
        ["Learning"] = ["Arithmetic", "Privacy"],
        ["Grains.Abstractions"] = ["(engine)"],
        ["Grains"] = ["Grains.Abstractions", "Storage", "Arithmetic", "Protocols", "Ckks", "Privacy", "Learning", "(engine)"],
        ["Client"] = ["Messages", "Arithmetic", "Protocols", "Ckks", "Privacy", "Learning"],
        ["Gateway"] = ["Messages", "Grains.Abstractions", "(engine)"],
        ["Silo"] = ["Grains", "Storage", "Ckks.Seal", "(engine)"],
        ["Cli"] = ["Client", "Silo", "Gateway", "Ckks.Seal", "(engine)"],
    };

    public static TheoryData<string> SourceProjects =>
        [.. Repository.Projects().Where(p => p.StartsWith(Repository.PathOf("src"), StringComparison.Ordinal)).Select(Repository.NameOf)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_References_OnlyWhatTheTableAllows(string name)
    {
        var project = Repository.Projects().Single(p => Repository.NameOf(p) == name);
        Assert.True(Allowed.ContainsKey(name), $"{name} is not in the table of what may reference what.");
        Assert.Empty(Repository.References(project).Except(Allowed[name]));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_NameAndFolder_Agree(string name)
    {
        var project = Repository.Projects().Single(p => Repository.NameOf(p) == name);
        Assert.Equal(Repository.PathOf("src", name), Path.GetDirectoryName(project));
    }

    [Fact]
    public void OrleansPackages_AreReferenced_OnlyByTheEngineAndItsTestCluster()
    {
        var users = Repository.Projects()
            .Where(p => Repository.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Include")?.Value.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal) == true))
            .Select(Repository.NameOf);
        Assert.Equal(["Engine.Orleans", "TestCluster.Orleans"], users.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SealPackage_IsReferenced_OnlyByItsLeaf_WhichOthersReferenceOnlyOnRequest()
    {
        var users = Repository.Projects()
            .Where(p => Repository.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Include")?.Value == "Microsoft.Research.SEALNet"))
            .Select(Repository.NameOf);
        Assert.Equal(["Ckks.Seal"], users);
        var references = Repository.Projects().Where(p => Repository.NameOf(p) != "Ckks.Seal.Tests").SelectMany(p => Repository.Load(p).Descendants("ProjectReference"))
            .Where(r => r.Attribute("Include")!.Value.Contains("Ckks.Seal", StringComparison.Ordinal));
        Assert.All(references, r => Assert.Equal("'$(Seal)' == 'true'", r.Attribute("Condition")?.Value));
    }

    [Fact]
    public void Versions_StandInOneFile()
    {
        var versioned = Repository.Projects()
            .Where(p => Repository.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null))
            .Select(Repository.NameOf);
        Assert.Empty(versioned);
    }

    [Fact]
    public void Solution_HoldsEveryProject_ButTheOptionalLeaves()
    {
        var solution = File.ReadAllText(Repository.PathOf("PrivacyGrains.sln")).Replace('\\', '/');
        var missing = Repository.Projects()
            .Select(p => Path.GetRelativePath(Repository.Root, p).Replace('\\', '/'))
            .Where(p => !p.Contains("Orleans", StringComparison.Ordinal) && !p.Contains("Ckks.Seal", StringComparison.Ordinal) && !solution.Contains(p, StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
