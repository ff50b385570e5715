using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Each owner has a journal of its own, and nobody else has one.</summary>
[Collection(PostgresCollection.Name)]
public sealed class StoresTests(PostgresServer server)
{
    [Fact]
    public async Task FileStores_EachOwner_HasAFolderOfItsOwn()
    {
        using var root = new TempFolder();
        await using (var stores = new FileStores(root.Path))
        {
            await AssertApartAsync(stores);
        }

        Assert.Equal(["consortium", "hospital-a", "hospital-b"], Directory.GetDirectories(root.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(root.Path, "hospital-a", "journal", "journal.log")));
        await using var journal = FileJournal.Open(Path.Combine(root.Path, "hospital-a", "journal"));
        Assert.Equal(["hospital-a's"], await journal.TextsAsync("s"));
    }

    [RequiresFact("postgres")]
    public async Task PostgresStores_EachOwner_HasADatabaseOfItsOwn()
    {
        var databases = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["hospital-a"] = await server.CreateDatabaseAsync("a"),
            ["hospital-b"] = await server.CreateDatabaseAsync("b"),
            ["consortium"] = await server.CreateDatabaseAsync("consortium"),
        };
        databases["impostor"] = databases["hospital-a"];
        await using var stores = new PostgresStores(databases.GetValueOrDefault);

        await AssertApartAsync(stores);
        await Assert.ThrowsAsync<UnknownOwnerException>(async () => await stores.OpenAsync("impostor", CancellationToken.None));
        await Assert.ThrowsAsync<UnknownOwnerException>(async () => await stores.OpenAsync("hospital-c", CancellationToken.None));
    }

    [Fact]
    public async Task FileStores_OwnerWhoLivesElsewhere_IsRefusedAndMakesNoFolder()
    {
        using var root = new TempFolder();
        await using var stores = new FileStores(root.Path, new HashSet<string>(StringComparer.Ordinal) { "hospital-a" });

        var refusal = await Assert.ThrowsAsync<UnknownOwnerException>(async () => await stores.OpenAsync("hospital-b", CancellationToken.None));

        Assert.Equal("hospital-b", refusal.Owner);
        Assert.Contains("hospital-a", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(root.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../hospital-a")]
    [InlineData("Hospital")]
    [InlineData("a/b")]
    [InlineData("1a")]
    [InlineData("köln")]
    public async Task OpenAsync_WhatIsNoOwnersName_IsRefused(string owner)
    {
        using var root = new TempFolder();
        await using var files = new FileStores(root.Path);
        await using var databases = new PostgresStores(_ => throw new InvalidOperationException("was asked"));

        await Assert.ThrowsAsync<UnknownOwnerException>(async () => await files.OpenAsync(owner, CancellationToken.None));
        await Assert.ThrowsAsync<UnknownOwnerException>(async () => await databases.OpenAsync(owner, CancellationToken.None));
    }

    [Fact]
    public async Task FileStores_Disposed_ReleasesTheFoldersAndOpensNothing()
    {
        using var root = new TempFolder();
        var stores = new FileStores(root.Path);
        await stores.OpenAsync("hospital-a", CancellationToken.None);
        await stores.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stores.OpenAsync("hospital-a", CancellationToken.None));
        await using var again = new FileStores(root.Path);
        await again.OpenAsync("hospital-a", CancellationToken.None);
    }

    private static async Task AssertApartAsync(IStores stores)
    {
        string[] owners = ["hospital-a", "hospital-b", IStores.ConsortiumOwner];
        foreach (var owner in owners)
        {
            var journal = await stores.OpenAsync(owner, CancellationToken.None);
            Assert.Same(journal, await stores.OpenAsync(owner, CancellationToken.None));
            Assert.Equal(new AppendOutcome.Appended(1), await journal.AppendAsync("s", 0, $"{owner}'s"));
        }

        foreach (var owner in owners)
        {
            Assert.Equal([$"{owner}'s"], await (await stores.OpenAsync(owner, CancellationToken.None)).TextsAsync("s"));
        }
    }
}
