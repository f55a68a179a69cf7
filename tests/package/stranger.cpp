// The public headers serve C++ too: they compile without a warning, and names are those of C.
#include <umklapp/umklapp.h>

#include <cstring>

int main() {
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    umk_context *context = nullptr;
    if (umk_context_create(&context, &options) != UMK_OK) return 1;
    int n_threads = umk_context_n_threads(context);
    umk_context_destroy(context);
    return n_threads == 1 && std::strlen(umk_version()) > 0 ? 0 : 1;
}
