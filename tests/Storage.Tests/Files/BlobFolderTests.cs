using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests.Files;

public class BlobFolderTests
{
    [Fact]
    public void File_IsReadAsWritten_ReplacedWhole_AndGoneWhenErased()
    {
        using var temp = new TempFolder();
        var blobs = new BlobFolder(Path.Combine(temp.Path, "a", "b"));
        Assert.Empty(blobs.Names());
        Assert.Null(blobs.Read("x"));
        blobs.Erase("x");
        blobs.Write("x", [1, 2, 3]);
        blobs.Write("x", [4]);
        Assert.Equal([4], blobs.Read("x")!);
        Assert.Equal(["x"], blobs.Names());
        blobs.Erase("x");
        Assert.Null(blobs.Read("x"));
    }

    [Fact]
    public void EraseAllBut_KeepsTheNamed_AndRemovesWhatACrashLeftHalfWritten()
    {
        using var temp = new TempFolder();
        var blobs = new BlobFolder(temp.Path);
        blobs.Write("kept", new byte[200_000]);
        blobs.Write("gone", new byte[200_000]);
        File.WriteAllBytes(Path.Combine(temp.Path, "torn.new"), [1]);
        Assert.DoesNotContain("torn.new", blobs.Names());
        blobs.EraseAllBut(new HashSet<string> { "kept" });
        Assert.Equal(["kept"], Directory.EnumerateFiles(temp.Path).Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/etc/passwd")]
    public void Name_ThatLeavesTheFolder_IsRefused(string name)
    {
        using var temp = new TempFolder();
        Assert.Throws<ArgumentException>(() => new BlobFolder(temp.Path).Read(name));
        Assert.Throws<ArgumentException>(() => new BlobFolder(temp.Path).Write(name, [1]));
    }
}
