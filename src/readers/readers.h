/* The inside of the room: readers that take the file's bytes from memory, and parts shared between its files. */
#ifndef UMK_READERS_READERS_H
#define UMK_READERS_READERS_H

#include "base/base.h"
#include "readers/yaml.h"
#include <umklapp/input.h>

/** umk_input_read of size bytes in memory, called name in messages. Packed data may unpack to unpack_limit bytes. */
umk_status umk_input_read_memory(umk_input *input, umk_context *context, const char *name, const void *data,
                                 size_t size, int64_t unpack_limit);

/** umk_born_read of size bytes in memory. */
umk_status umk_born_read_memory(umk_born *born, umk_context *context, const char *name, const void *data, size_t size,
                                int64_t unpack_limit);

/** A cell that is being read, by one mapping or by keys of the top level; zeroed at the start. */
typedef struct umk_cell_reader {
    umk_cell cell; /* n_atoms so far; its arrays have room for capacity atoms */
    const char *name;
    int64_t capacity, n_masses;
    bool has_lattice, has_magnetic_moments;
    bool has_position, has_symbol, has_extended_symbol, has_mass; /* of the atom in hand */
} umk_cell_reader;

/** Reads a block like unit_cell. */
umk_status umk_cell_reader_block(umk_yaml *yaml, umk_cell_reader *reader, const char *name);
/** Readers of the parts, for a file whose top level is a cell; user is an umk_cell_reader with its name set. */
umk_status umk_cell_reader_lattice(umk_yaml *yaml, const char *what, void *user);
umk_status umk_cell_reader_points(umk_yaml *yaml, const char *what, void *user);
/**
 * Moves the finished cell into *cell (empty where the file has none) and fills in standard masses where the file gives
 * none. Fails where a part is missing.
 */
umk_status umk_cell_reader_finish(umk_yaml *yaml, umk_cell_reader *reader, umk_cell *cell);
void umk_cell_reader_clear(umk_cell_reader *reader);

/** Dipole data that are being read, by a block nac or by keys of the top level (before phonopy 2.18). */
typedef struct umk_born_reader {
    umk_born born;
    int64_t capacity;
    bool has_dielectric;
} umk_born_reader;

/** Reads the block nac; user is an umk_born_reader. */
umk_status umk_born_reader_block(umk_yaml *yaml, const char *what, void *user);
umk_status umk_born_reader_charges(umk_yaml *yaml, const char *what, void *user);
umk_status umk_born_reader_dielectric(umk_yaml *yaml, const char *what, void *user);
umk_status umk_born_reader_factor(umk_yaml *yaml, const char *what, void *user);

/** Makes room for one more atom in born; *capacity counts the atoms that fit. */
umk_status umk_born_grow(umk_born *born, umk_context *context, int64_t *capacity);

#endif
