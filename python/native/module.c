/* The module itself: functions of all files, in one. */
#include "native.h"

static PyMethodDef *const tables[] = {native_command_methods,
                                      native_context_methods,
                                      native_input_methods,
                                      native_crystal_methods,
                                      native_force_constants_methods,
                                      native_phonons_methods,
                                      native_conductivity_methods,
                                      native_rta_methods,
                                      native_lbte_methods,
                                      native_backend_methods};

static int add_functions(PyObject *module) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (PyModule_AddFunctions(module, tables[i]) != 0) return -1;
    }
    return 0;
}

/* ISO C has no conversion from a function to void *, which is what a slot holds. */
static PyModuleDef_Slot *slots(void) {
    static PyModuleDef_Slot rows[2];
    union {
        int (*function)(PyObject *);
        void *pointer;
    } execute = {add_functions};
    rows[0] = (PyModuleDef_Slot){Py_mod_exec, execute.pointer};
    return rows;
}

static PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "umklapp._native",
    .m_doc = "The C library of umklapp, for the package umklapp; its functions check their arguments, and no more.",
};

PyMODINIT_FUNC PyInit__native(void);

PyMODINIT_FUNC PyInit__native(void) {
    definition.m_slots = slots();
    return PyModuleDef_Init(&definition);
}
