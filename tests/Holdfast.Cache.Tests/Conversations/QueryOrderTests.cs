using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>The setting <c>sort_query_string_for_cache</c>.</summary>
public class QueryOrderTests
{
    [Theory]
    [InlineData("/a?b=2&a=1", "/a?a=1&b=2", true)]
    [InlineData("/a?word=beta&word=alpha", "/a?word=alpha&word=beta", true)]
    [InlineData("/a?c&b=&a", "/a?a&b=&c", true)]
    [InlineData("/a?b=2&a=1", "/a?a=1", false)]
    [InlineData("/a?a=1&a=1", "/a?a=1", false)]
    [InlineData("/a?a=1&", "/a?a=1", false)]
    [InlineData("/a?", "/a", false)]
    [InlineData("/a?a=1&b=2", "/b?a=1&b=2", false)]
    public void TheOrderOfParameters_MeansNothing(string first, string second, bool same)
    {
        Play(new CachePolicy { Profile = CacheProfile.Standard, SortsQuery = true }, first, second, same);
        Play(new CachePolicy { Profile = CacheProfile.Standard }, first, second, false);
    }

    [Fact]
    public void MoreParametersThanAreSorted_KeepTheirOrder()
    {
        var many = string.Join('&', Enumerable.Range(0, 129));
        var turned = string.Join('&', Enumerable.Range(0, 129).Reverse());
        var policy = new CachePolicy { Profile = CacheProfile.Standard, SortsQuery = true };
        Play(policy, "/a?" + many, "/a?" + turned, false);
        Play(policy, "/a?" + many[..many.LastIndexOf('&')], "/a?" + turned[(turned.IndexOf('&') + 1)..], true);
    }

    [Fact]
    public void AnUnsafeRequest_InvalidatesWhateverTheOrder() =>
        Conversation.Play(
            """
            @0 client: GET /a?b=2&a=1
               proxy:  GET /a?b=2&a=1
               origin: 200 old | Cache-Control: max-age=60
               client: 200 old
               client: POST /form
               proxy:  POST /form
               origin: 303 see | Location: /a?b=2&a=1
               client: 303 see
               client: GET /a?a=1&b=2
               proxy:  GET /a?a=1&b=2
               origin: 200 new
               client: 200 new
            """,
            new CachePolicy { Profile = CacheProfile.Standard, SortsQuery = true }
        );

    private static void Play(CachePolicy policy, string first, string second, bool same) =>
        Conversation.Play(
            $"""
            @0 client: GET {first}
               proxy:  GET {first}
               origin: 200 one | Cache-Control: max-age=60
               client: 200 one
               client: GET {second}
            {(same ? "" : $"proxy: GET {second}\norigin: 200 two")}
               client: {(same ? "200 one | CF-Cache-Status: HIT" : "200 two")}
            """,
            policy
        );
}
