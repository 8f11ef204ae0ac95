// A style sheet is imported for its effect; Next's own declarations exist only after the first build.
declare module '*.css';
