using PrivacyGrains.Protocols.Identity;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Consortium;

public class ConsortiumGrainTests
{
    [Fact]
    public async Task EnsureCreated_Again_ChangesNothing_AndAnotherOperatorIsRefused()
    {
        await using var consortium = await StartAsync();
        Assert.Equal("consortium.not-founded", Code(await consortium.Book.GetAsync()));
        var founded = Value(await consortium.Book.EnsureCreatedAsync(consortium.Founding));
        Assert.Equal(1, founded.Epoch);
        Assert.Equal(1, Value(await consortium.Book.EnsureCreatedAsync(consortium.Founding)).Epoch);
        Assert.Equal("consortium.founded-otherwise", Code(await consortium.Book.EnsureCreatedAsync(consortium.Founding with { OperatorSecretHash = Hash("other") })));
        Assert.Equal("consortium.bad-key", Code(await consortium.Book.EnsureCreatedAsync(consortium.Founding with { CoordinatorKey = new byte[91] })));
    }

    [Fact]
    public async Task Join_InvitedParty_BecomesAMemberOnce_AndBumpsTheEpoch()
    {
        await using var consortium = await StartAsync("hospital-1");
        var request = await consortium.RequestAsync("hospital-1");
        Assert.Equal("member", Value(await consortium.Book.JoinAsync(request with { Proof = ProofAgain(consortium, request) })).Status);
        var view = Value(await consortium.Book.GetAsync());
        Assert.Equal((2L, 1), (view.Epoch, view.Members.Length));
        Assert.Equal(request.VerificationKey.ToArray(), view.Members[0].VerificationKey.ToArray());
    }

    [Fact]
    public async Task Join_WrongInAnyPart_IsRefusedAndChangesNothing()
    {
        await using var consortium = await StartAsync("hospital-1");
        Value(await consortium.Book.InviteAsync(new Invitation("hospital-2", "Two", ["data"], Hash("token hospital-2"))));
        var good = await consortium.RequestAsync("hospital-2");
        using var other = SigningKey.Create();
        var taken = await consortium.RequestAsync("hospital-1");
        using var takenKey = SigningKey.ImportPem((await consortium.Keys.GetAsync("hospital-1")).ExportPem());
        (JoinRequest Request, string Code)[] wrong =
        [
            (good with { TokenHash = Hash("guess") }, "consortium.not-invited"),
            (good with { Party = "hospital-3" }, "consortium.not-invited"),
            (good with { VerificationKey = other.PublicKey.Spki }, "consortium.bad-proof"),
            (good with { Proof = new byte[64] }, "consortium.bad-proof"),
            (good with { Proof = ReadOnlyMemory<byte>.Empty }, "consortium.bad-proof"),
            (good with { VerificationKey = new byte[10] }, "consortium.bad-key"),
            (good with { CredentialId = "Upper" }, "consortium.bad-credential"),
            (good with { CredentialId = "hospital-1-agent" }, "consortium.credential-taken"),
            (good with { SecretHash = "secret" }, "consortium.bad-credential"),
            (good with { VerificationKey = taken.VerificationKey, Proof = JoinProof.Sign(takenKey, Name, "hospital-2", good.TokenHash) }, "consortium.key-taken"),
        ];
        foreach (var (request, code) in wrong)
        {
            Assert.Equal(code, Code(await consortium.Book.JoinAsync(request)));
        }

        Assert.Equal(["member", "invited"], Value(await consortium.Book.GetAsync()).Members.Select(m => m.Status));
        Value(await consortium.Book.JoinAsync(good));
        Assert.Equal("consortium.already-member", Code(await consortium.Book.JoinAsync(good with { CredentialId = "second" })));
    }

    [Fact]
    public async Task Invite_WrongNameRolesOrToken_IsRefused()
    {
        await using var consortium = await StartAsync("hospital-1");
        var good = new Invitation("hospital-2", "Two", ["data"], Hash("t"));
        (Invitation Invitation, string Code)[] wrong =
        [
            (good with { Party = "Hospital" }, "consortium.bad-party"),
            (good with { Party = "consortium" }, "consortium.bad-party"),
            (good with { Party = "coordinator" }, "consortium.bad-party"),
            (good with { DisplayName = "" }, "consortium.bad-name"),
            (good with { Roles = [] }, "consortium.bad-roles"),
            (good with { Roles = ["king"] }, "consortium.bad-roles"),
            (good with { Roles = ["data", "data"] }, "consortium.bad-roles"),
            (good with { Roles = ["dealer", "compute"] }, "consortium.bad-roles"),
            (good with { TokenHash = "t" }, "consortium.bad-token"),
            (good with { Party = "hospital-1" }, "consortium.already-member"),
        ];
        foreach (var (invitation, code) in wrong)
        {
            Assert.Equal(code, Code(await consortium.Book.InviteAsync(invitation)));
        }

        Assert.Equal("invited", Value(await consortium.Book.InviteAsync(good)).Status);
        Value(await consortium.Book.InviteAsync(good with { TokenHash = Hash("lost, so another") }));
        Assert.Equal(2, Value(await consortium.Book.GetAsync()).Epoch);
    }

    [Fact]
    public async Task Authenticate_KnownSecretOnly_AndNotOnceRevokedOrExpired()
    {
        await using var consortium = await StartAsync("hospital-1");
        var book = consortium.Book;
        var principal = Value(await book.AuthenticateAsync("hospital-1-agent", Hash("secret hospital-1")));
        Assert.Equal(("hospital-1", Scopes.Party), (principal.Party, Assert.Single(principal.Scopes)));
        Assert.Equal("auth.unknown", Code(await book.AuthenticateAsync("hospital-1-agent", Hash("guess"))));
        Assert.Equal("auth.unknown", Code(await book.AuthenticateAsync("nobody", Hash("guess"))));
        Assert.Equal("auth.unknown", Code(await book.AuthenticateAsync("nobody", new string('0', 64))));
        Assert.Equal("auth.unknown", Code(await book.AuthenticateAsync("hospital-1-agent", "")));

        var soon = DateTimeOffset.UnixEpoch.AddDays(40_000);
        Value(await book.AddCredentialAsync(new CredentialGrant("analyst", Hash("a"), null, [Scopes.Analyst], soon)));
        Assert.Equal("consortium.credential-taken", Code(await book.AddCredentialAsync(new CredentialGrant("analyst", Hash("b"), null, [Scopes.Analyst], soon))));
        Assert.Equal("consortium.expired", Code(await book.AddCredentialAsync(new CredentialGrant("late", Hash("b"), null, [Scopes.Analyst], DateTimeOffset.UnixEpoch))));
        Assert.Equal("consortium.bad-scopes", Code(await book.AddCredentialAsync(new CredentialGrant("x", Hash("b"), null, [Scopes.Party], null))));
        Assert.Equal("consortium.bad-scopes", Code(await book.AddCredentialAsync(new CredentialGrant("x", Hash("b"), null, ["root"], null))));
        Assert.Equal("consortium.unknown-party", Code(await book.AddCredentialAsync(new CredentialGrant("x", Hash("b"), "hospital-9", [Scopes.Party], null))));
        Value(await book.RevokeCredentialAsync("analyst"));
        Value(await book.RevokeCredentialAsync("analyst"));
        Assert.Equal("auth.revoked", Code(await book.AuthenticateAsync("analyst", Hash("a"))));
        Assert.Equal("consortium.last-operator", Code(await book.RevokeCredentialAsync("operator")));
    }

    [Fact]
    public async Task Revoke_Member_BumpsTheEpochAndEndsItsCredentials_AndItMayBeInvitedAnewWithAFreshKey()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        Assert.Equal(4, Value(await consortium.Book.RevokeMemberAsync("hospital-1", "left")).Epoch);
        Assert.Equal(4, Value(await consortium.Book.RevokeMemberAsync("hospital-1", "left")).Epoch);
        Assert.Equal("consortium.unknown-party", Code(await consortium.Book.RevokeMemberAsync("hospital-9", "?")));
        Assert.Equal("auth.revoked", Code(await consortium.Book.AuthenticateAsync("hospital-1-agent", Hash("secret hospital-1"))));
        Assert.Equal("consortium.revoked", Code(await consortium.Book.JoinAsync(await consortium.RequestAsync("hospital-1"))));

        Value(await consortium.Book.InviteAsync(new Invitation("hospital-1", "One", ["data"], Hash("token again"))));
        using var fresh = SigningKey.Create();
        var join = new JoinRequest("hospital-1", Hash("token again"), fresh.PublicKey.Spki, JoinProof.Sign(fresh, Name, "hospital-1", Hash("token again")), "agent-2", Hash("s"));
        Assert.Equal("member", Value(await consortium.Book.JoinAsync(join)).Status);
        Assert.Equal(5, Value(await consortium.Book.GetAsync()).Epoch);
    }

    [Fact]
    public async Task Catalogue_HoldsEachThingOnce_InOrder_AndOutlivesItsActivation()
    {
        await using var consortium = await StartAsync("hospital-1");
        foreach (var id in (string[])["b", "a", "b"])
        {
            await consortium.Book.RegisterAsync(new CatalogueEntry(CatalogueKinds.Query, id, id, DateTimeOffset.UnixEpoch));
        }

        await consortium.Cluster.DeactivateAllAsync();
        Assert.Equal(["b", "a"], (await consortium.Book.ListAsync(CatalogueKinds.Query)).Select(e => e.Id));
        Assert.Empty(await consortium.Book.ListAsync(CatalogueKinds.Model));
        Assert.Equal(["hospital-1-agent", "operator"], (await consortium.Book.ListCredentialsAsync()).Select(c => c.CredentialId));
    }

    private static byte[] ProofAgain(Hosting.TestConsortium consortium, JoinRequest request) =>
        JoinProof.Sign(consortium.Keys.GetAsync(request.Party).AsTask().GetAwaiter().GetResult(), Name, request.Party, request.TokenHash);
}
