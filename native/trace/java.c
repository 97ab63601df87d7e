/*
 * The Java stack, by the same public interface that any native library uses (JNI's function table, by its numbers in
 * the specification: no JDK is needed to build this).
 */
#define _GNU_SOURCE
#include "trace/trace.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DEEPEST 64
#define JNI_VERSION_1_2 0x00010002

typedef void *object;
typedef void *method;
typedef void *const **jni; /* points to the table of functions */

enum {
	FIND_CLASS = 6,
	EXCEPTION_CLEAR = 17,
	PUSH_LOCAL_FRAME = 19,
	POP_LOCAL_FRAME = 20,
	DELETE_LOCAL_REF = 23,
	NEW_OBJECT = 28,
	GET_METHOD_ID = 33,
	CALL_OBJECT_METHOD = 34,
	GET_STRING_UTF_CHARS = 169,
	RELEASE_STRING_UTF_CHARS = 170,
	GET_ARRAY_LENGTH = 171,
	GET_OBJECT_ARRAY_ELEMENT = 173,
	EXCEPTION_CHECK = 228,
	GET_ENV = 6, /* of the other table, that of the virtual machine */
};

#define JNI(env, number, type) ((type)(*(env))[number])

/* Tells whether the thread is in a native method: inside of the virtual machine itself its interface must not be
 * called. */
static bool in_native_method(const char *native)
{
	const char *made = strstr(native, " ?\n");
	const char *machine = strstr(native, "/libjvm.so\n");

	return made && !(machine && machine < made);
}

static jni environment(void)
{
	int (*created)(jni *, int32_t, int32_t *) = (int (*)(jni *, int32_t, int32_t *))dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs");
	jni machine = NULL, env = NULL;
	int32_t count = 0;

	if (!created || created(&machine, 1, &count) != 0 || count < 1)
		return NULL;
	if (JNI(machine, GET_ENV, int (*)(jni, jni *, int))(machine, &env, JNI_VERSION_1_2) != 0)
		return NULL; /* a thread that runs no Java */
	return env;
}

static method method_of(jni env, const char *class_name, const char *name, const char *signature, object *class)
{
	*class = JNI(env, FIND_CLASS, object(*)(jni, const char *))(env, class_name);
	if (!*class)
		return NULL;
	return JNI(env, GET_METHOD_ID, method(*)(jni, object, const char *, const char *))(env, *class, name, signature);
}

static size_t line(jni env, object element, method to_string, char *buffer, size_t size)
{
	object text = JNI(env, CALL_OBJECT_METHOD, object(*)(jni, object, method, ...))(env, element, to_string);
	const char *letters;
	int written;

	if (!text)
		return 0;
	letters = JNI(env, GET_STRING_UTF_CHARS, const char *(*)(jni, object, unsigned char *))(env, text, NULL);
	if (!letters)
		return 0;
	written = snprintf(buffer, size, "v %s\n", letters);
	JNI(env, RELEASE_STRING_UTF_CHARS, void (*)(jni, object, const char *))(env, text, letters);
	JNI(env, DELETE_LOCAL_REF, void (*)(jni, object))(env, text);
	return written > 0 && (size_t)written < size ? (size_t)written : 0;
}

static size_t lines(jni env, char *buffer, size_t size)
{
	object throwable_class, element_class, throwable, stack, element;
	method make, get, to_string;
	size_t used = 0, more = 1;
	int32_t length;

	make = method_of(env, "java/lang/Throwable", "<init>", "()V", &throwable_class);
	get = method_of(env, "java/lang/Throwable", "getStackTrace", "()[Ljava/lang/StackTraceElement;", &throwable_class);
	to_string = method_of(env, "java/lang/StackTraceElement", "toString", "()Ljava/lang/String;", &element_class);
	if (!make || !get || !to_string)
		return 0;
	throwable = JNI(env, NEW_OBJECT, object(*)(jni, object, method, ...))(env, throwable_class, make);
	stack = throwable ? JNI(env, CALL_OBJECT_METHOD, object(*)(jni, object, method, ...))(env, throwable, get) : NULL;
	if (!stack)
		return 0;
	length = JNI(env, GET_ARRAY_LENGTH, int32_t(*)(jni, object))(env, stack);
	for (int32_t i = 0; i < length && i < DEEPEST && more; i++) {
		element = JNI(env, GET_OBJECT_ARRAY_ELEMENT, object(*)(jni, object, int32_t))(env, stack, i);
		more = element ? line(env, element, to_string, buffer + used, size - used) : 0;
		used += more;
	}
	return used;
}

size_t java_text(const char *native, char *buffer, size_t size)
{
	size_t used = 0;
	jni env;

	if (!in_native_method(native) || !(env = environment()))
		return 0;
	if (JNI(env, EXCEPTION_CHECK, unsigned char (*)(jni))(env))
		return 0; /* an exception of the program's is on its way */
	if (JNI(env, PUSH_LOCAL_FRAME, int (*)(jni, int32_t))(env, DEEPEST + 16) == 0) {
		used = lines(env, buffer, size);
		JNI(env, POP_LOCAL_FRAME, object(*)(jni, object))(env, NULL);
	}
	if (JNI(env, EXCEPTION_CHECK, unsigned char (*)(jni))(env)) {
		JNI(env, EXCEPTION_CLEAR, void (*)(jni))(env); /* our exception: no memory for the stack */
		return 0;
	}
	return used;
}
