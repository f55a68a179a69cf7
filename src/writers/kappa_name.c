/* Names of result files: {stem}-m{D0}{D1}{D2}[-g{grid_point}][-s{sigma}[-sd{cutoff}]][.label].hdf5, as in phono3py. */
#include "writers/kappa_name.h"
#include "writers/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void umk_string_free(char *string) {
    umk_release(string);
}

/* Six decimals without trailing zeros and without a bare point: 0.1, 3, 0.25. */
static void add_number(umk_text *text, double value) {
    umk_text_add(text, "%f", value);
    if (text->status != UMK_OK) return;
    while (text->data[text->length - 1] == '0') text->length--;
    if (text->data[text->length - 1] == '.') text->length--;
    text->data[text->length] = '\0';
}

static umk_status check_label(umk_context *context, const char *label) {
    if (strchr(label, '/') == NULL) return UMK_OK;
    return umk_fail(context, UMK_ERROR_ARGUMENT, "the label \"%s\" of the output file must not contain a slash", label);
}

static umk_status add_name(umk_text *text, const char *stem, const umk_conductivity *conductivity, int64_t grid_point,
                           const umk_output_options *options) {
    const int64_t *mesh = conductivity->mesh;
    if (options != NULL && options->label != NULL) {
        umk_status status = check_label(text->context, options->label);
        if (status != UMK_OK) return status;
    }
    umk_text_add(text, "%s-m%lld%lld%lld", stem, (long long)mesh[0], (long long)mesh[1], (long long)mesh[2]);
    if (grid_point >= 0) umk_text_add(text, "-g%lld", (long long)grid_point);
    if (conductivity->sigma > 0) {
        umk_text_add(text, "-s");
        add_number(text, conductivity->sigma);
        if (conductivity->sigma_cutoff > 0) {
            umk_text_add(text, "-sd");
            add_number(text, conductivity->sigma_cutoff);
        }
    }
    if (options != NULL && options->label != NULL && options->label[0] != '\0') {
        umk_text_add(text, ".%s", options->label);
    }
    umk_text_add(text, ".hdf5");
    return text->status;
}

static umk_status make_name(char **name, umk_context *context, const char *directory, const char *stem,
                            const umk_conductivity *conductivity, int64_t grid_point,
                            const umk_output_options *options) {
    *name = NULL;
    umk_text text = {.context = context};
    void *numbers = umk_plain_numbers_begin();
    if (directory != NULL && directory[0] != '\0') {
        size_t length = strlen(directory);
        umk_text_add(&text, directory[length - 1] == '/' ? "%s" : "%s/", directory);
    }
    umk_status status = text.status;
    if (status == UMK_OK) status = add_name(&text, stem, conductivity, grid_point, options);
    umk_plain_numbers_end(numbers);
    if (status != UMK_OK) {
        umk_text_clear(&text);
        return status;
    }
    *name = text.data;
    return UMK_OK;
}

umk_status umk_conductivity_file_name(char **name, umk_context *context, const umk_conductivity *conductivity,
                                      int64_t grid_point, const umk_output_options *options) {
    return make_name(name, context, NULL, "kappa", conductivity, grid_point, options);
}

umk_status umk_result_path(char **path, umk_context *context, const char *stem, const umk_conductivity *conductivity,
                           int64_t grid_point, const umk_output_options *options) {
    return make_name(path, context, options == NULL ? NULL : options->directory, stem, conductivity, grid_point,
                     options);
}

umk_status umk_compression_parse(int *compression, umk_context *context, const char *text) {
    if (strcasecmp(text, "gzip") == 0) {
        *compression = 4;
    } else if (strcasecmp(text, "none") == 0) {
        *compression = -1;
    } else if (strcasecmp(text, "lzf") == 0) {
        *compression = -2;
    } else if (text[0] >= '0' && text[0] <= '9' && text[1] == '\0') {
        *compression = text[0] - '0';
    } else {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "\"%s\" is no compression of HDF5 files: use gzip, a gzip level from 0 to 9, or none", text);
    }
    return umk_compression_check(*compression, context);
}

umk_status umk_compression_check(int compression, umk_context *context) {
    if (compression >= -1 && compression <= 9) return UMK_OK;
    if (compression == -2) {
        return umk_fail(
            context, UMK_ERROR_ARGUMENT,
            "lzf compression is not offered by the HDF5 library: use gzip, a gzip level from 0 to 9, or none");
    }
    return umk_fail(context, UMK_ERROR_ARGUMENT, "gzip level %d is not between 0 and 9", compression);
}
