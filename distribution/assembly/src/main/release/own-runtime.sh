#!/bin/sh
# Gives an assembled distribution its own Java: own-runtime.sh JAVA_HOME DISTRIBUTION
#
# lib/runtime is a jlink image of the modules that the bundles import. lib/sluice.aot is the JVM's AOT cache (JEP 483, 514)
# of a training run: classes loaded and linked ahead of time, and what the JVM compiled in it. Both belong to the machine's operating system and processor, and
# the cache is not the same bytes twice, so an archive with them is not reproducible; the one without them is.
set -eu

java_home=$1
home=$2
runtime=$home/lib/runtime
cache=$home/lib/sluice.aot

# java.* first what the JDK's own packages of our imports need: logging (JLine), xml (components, Logback), management,
# naming, sql, rmi and security.* (imported by Jackson, Netty and Jetty), net.http (updates). jdk.unsupported is sun.misc,
# jdk.jfr is imported by Netty, jdk.jcmd lets an operator take a thread dump, zipfs and net are used through java.nio.
modules=java.base,java.logging,java.xml,java.management,java.naming,java.sql,java.rmi,java.security.jgss,java.security.sasl
modules=$modules,java.net.http,jdk.unsupported,jdk.jfr,jdk.management,jdk.jcmd,jdk.zipfs,jdk.naming.dns,jdk.net

rm -rf "$runtime" "$cache" "$cache.jars"
"$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-6 \
  --output "$runtime"
# jlink itself makes no class archive for compact object headers, and without one every start loads the JDK's classes anew.
"$runtime/bin/java" -XX:+UseCompactObjectHeaders -Xshare:dump >/dev/null

# In a network namespace the training has traffic, so that the JVM compiles the data plane at once in every start and not after
# thousands of connections; where none can be had, it is a start without the platform's fragments. Neither touches the network here.
train=$(dirname "$0")/training-run.sh
for namespace in -n -rn; do
  if [ -c /dev/net/tun ] && unshare "$namespace" ip link set lo up 2>/dev/null; then
    unshare "$namespace" "$train" "$java_home" "$home" "$cache" traffic || rm -f "$cache"
    break
  fi
done
[ -s "$cache" ] || "$train" "$java_home" "$home" "$cache" start
(cd "$home/lib" && cksum ./*.jar) >"$cache.jars"
