using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Page;

/// <summary>Renders a page's component to bytes.</summary>
internal sealed class PageRenderer(ILoggerFactory loggers)
{
    private static readonly ServiceProvider None = new ServiceCollection().BuildServiceProvider();

    /// <summary>The page as UTF-8.</summary>
    /// <typeparam name="T">The component, whose parameters are given by name.</typeparam>
    public async Task<byte[]> RenderAsync<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        await using var renderer = new HtmlRenderer(None, loggers);
        var values = ParameterView.FromDictionary(parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        var html = await renderer
            .Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<T>(values).ConfigureAwait(true)).ToHtmlString())
            .ConfigureAwait(false);
        return Encoding.UTF8.GetBytes(html);
    }
}
